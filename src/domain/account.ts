/** Who sits at a terminal, as the operating system tells it. */
export interface Account {
  user: string
  uid: number
  host: string
  /** The user id of the login that sudo and su leave as it is; null: the system keeps none (containers, macOS). */
  login: number | null
}

/** Whether the same login, or the same operating-system user of the same host, is behind both. */
export const isSameAccount = (a: Account, b: Account): boolean =>
  a.host === b.host && (a.uid === b.uid || (a.login !== null && a.login === b.login))
