import { setImmediate } from 'node:timers/promises'

/** Characters of SQL that are read in some hundredths of a second. */
const piece = 65_536

/**
 * Reading SQL of megabytes for a plan would hold up a run beside it, whose session the server ends after 2 s without a
 * word inside of a transaction. To be called after each statement: now and then it lets everything else go first.
 */
export function givingWay(): (sql: string) => Promise<void> {
  let read = 0
  return async (sql) => {
    read += sql.length
    if (read < piece) return
    read = 0
    await setImmediate()
  }
}
