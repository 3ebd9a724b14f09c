import { code, say, type Line } from '../../domain/view.ts'
import { statementCode } from '../words/line.ts'
import type { DownFault, UnfitReason } from '../../domain/problem-noticed.ts'

/** Why a statement cannot be run as it stands, and what to do about it. */
export const unfit: Record<UnfitReason, { means: string; remedy: string }> = {
  'inside-transaction': {
    means: 'PostgreSQL runs it outside of a transaction only, and the file puts it inside one.',
    remedy: 'Move it out of BEGIN … COMMIT, or into a migration of its own',
  },
  'transaction-control': {
    means:
      'It begins, ends or undoes a transaction in a way that would leave part of the migration committed.',
    remedy: 'Remove it: Lockkeeper puts the transaction around the statements',
  },
  'not-sql': {
    means: 'It is for psql, not for the server.',
    remedy: 'Replace it with SQL',
  },
  'session-setting': {
    means: 'It changes a setting that keeps the run safe.',
    remedy: 'Remove it; timeouts belong in the runbook (window)',
  },
  'search-path': {
    means:
      'Names without a schema would mean other tables than those that the plan looks at: it reads them as those of public.',
    remedy: 'Remove it, and write the schema before the names',
  },
  'temporary-gone': {
    means:
      'It names a temporary table that an earlier part of the file made. Each part that commits has a session of its own, and its temporary tables end with it.',
    remedy:
      'Keep all that needs the table together, without COMMIT or CONCURRENTLY in between, or make an ordinary table and drop it at the end',
  },
  'copy-from-stdin': {
    means: 'Its data would follow in the file, which only psql reads.',
    remedy: 'Write it as INSERT',
  },
  'concurrently-in-down': {
    means: 'A way down that is not one transaction cannot be taken back when it fails.',
    remedy: 'Write it without CONCURRENTLY',
  },
  'history-early': {
    means:
      'It writes the row of the history, and more of the migration is committed after it: one that ends in between would read as done.',
    remedy:
      'Move it to the end of the file, or leave it out: Lockkeeper writes it with what is committed last',
  },
  'index-unnamed': {
    means: 'Nobody could tell afterwards which index it made, or left invalid.',
    remedy: 'Give the index a name',
  },
  'outside-in-program': {
    means:
      'It must run outside of a transaction, and a bundle or `dotnet ef` gives nobody a way to clear up after it.',
    remedy: 'Set engine.apply to script, or write it so that a transaction can hold it',
  },
  'apart-in-program': {
    means:
      'It commits apart from the rest of its migration: a bundle or `dotnet ef` that ends in between leaves no mark of how far it came.',
    remedy: 'Set engine.apply to script, or leave out suppressTransaction',
  },
}

/** Why there is none: a sentence with the space behind it. */
export function downFault(why: DownFault | undefined): Line {
  if (why === undefined) return []
  if ('unfit' in why)
    return say`${code('Down')} holds ${statementCode(why.statement)}. ${unfit[why.unfit].means} `
  return why.says === null
    ? say`${code('dotnet ef')} makes no script of ${code('Down')}. `
    : say`${code('dotnet ef')} makes no script of ${code('Down')}: ${code(why.says.replace(/\.$/, ''))}. `
}

/** What gives a migration its way down. */
export function downRemedy(why: DownFault | undefined): string {
  if (why === undefined) return 'Add the .down.sql'
  return 'unfit' in why ? unfit[why.unfit].remedy : 'Write what the migration’s Down does'
}
