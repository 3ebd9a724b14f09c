import type { Debt, Owed } from '../../src/domain/debt.ts'
import type { Run } from '../../src/domain/run.ts'
import type { Done } from '../../src/domain/step.ts'
import type { Backups, Debts } from '../../src/steps/step-kind.ts'

/** What a run owes, as its contract says: what is taken stays as it was recorded; given back, it can be taken again. */
export function debtsInMemory(debts: Debt[], run: Run): Debts {
  const isOpen = (debt: Debt) => debt.takenAt !== null && debt.settledAt === null
  return {
    async plan(owed: Owed) {
      const before = debts.findIndex((debt) => debt.what === owed.what)
      if (before !== -1 && isOpen(debts[before]!)) return
      if (before !== -1) debts.splice(before, 1)
      debts.push({
        target: run.target,
        run: run.id,
        plannedAt: now(),
        takenAt: null,
        settledAt: null,
        ...owed,
      })
    },
    async take(what) {
      const debt = debts.find((one) => one.what === what && one.settledAt === null)
      if (debt) debt.takenAt ??= now()
    },
    async settle(what) {
      const debt = debts.find((one) => one.what === what && isOpen(one))
      if (debt) debt.settledAt = now()
    },
    open: async () => debts.filter(isOpen),
    all: async () => [...debts],
  }
}

export interface BackupsInMemory extends Backups {
  kept: (Done['backup'] & { madeAt: string })[]
}

export function backupsInMemory(folder: string): BackupsInMemory {
  const kept: BackupsInMemory['kept'] = []
  return {
    folder,
    kept,
    async record(backup) {
      if (!kept.some((one) => one.backup === backup.backup)) kept.unshift({ ...backup, madeAt: now() })
    },
    list: async () => [...kept],
    async forget(backup) {
      const at = kept.findIndex((one) => one.backup === backup)
      if (at !== -1) kept.splice(at, 1)
    },
  }
}

const now = (): string => new Date().toISOString()
