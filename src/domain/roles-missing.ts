/** Why `pg_dumpall` wrote no roles for a backup. `exitCode` null: a signal ended it. */
export type RolesMissing = { why: 'no-tool' } | { why: 'failed'; exitCode: number | null }
