import type { Debt, Owed } from '../domain/debt.ts'
import type { Debts } from './step-kind.ts'

/** What debts are called: one name a thing, over all runs of a target. People read them. */
export const owedService = (service: string): string => `service ${service}`
export const owedAccess = (database: string): string => `access to ${database}`
export const owedRelease = (service: string): string => `release of ${service}`

type OwedOf<O extends Owed['owes']> = Extract<Owed, { owes: O }>
type DebtOf<O extends Owed['owes']> = Extract<Debt, { owes: O }>

/** What was taken and not given back, by this run or one before it, or null. */
export async function openDebt<O extends Owed['owes']>(
  debts: Debts,
  owes: O,
  what: string,
): Promise<DebtOf<O> | null> {
  const open = await debts.open()
  return (open.find((debt) => debt.owes === owes && debt.what === what) as DebtOf<O> | undefined) ?? null
}

/**
 * Records what is about to be taken, right before the effect. What is open already keeps what it was: the first one
 * who took it saw the world as it has to be again. Throws when the record did not come to be: then nothing is taken.
 */
export async function takeOwed<O extends Owed['owes']>(debts: Debts, owed: OwedOf<O>): Promise<DebtOf<O>> {
  const open = await openDebt(debts, owed.owes as O, owed.what)
  if (open) return open
  await debts.plan(owed)
  await debts.take(owed.what)
  const taken = await openDebt(debts, owed.owes as O, owed.what)
  if (!taken) throw new Error(`${owed.what} was not recorded as taken`)
  return taken
}

/** Whether the run took anything of a kind so far, given back or not. */
export async function hasTaken(debts: Debts, owes: Owed['owes'] | 'anything'): Promise<boolean> {
  const all = await debts.all()
  return all.some((debt) => debt.takenAt !== null && (owes === 'anything' || debt.owes === owes))
}
