import type { RefusalReason } from '../../domain/problem-noticed.ts'

/** Why the server refuses a statement, and what to do about it. */
export const refusal: Record<RefusalReason, { means: string; remedy: string }> = {
  'default-left': {
    means:
      'The column’s default does not become one of the new type by itself, whatever USING says: the server would refuse it (42804).',
    remedy: 'Let the migration drop the default before, and set one of the new type after it',
  },
  'key-needed': {
    means: 'A foreign key refers to what it drops: the server refuses that (2BP01).',
    remedy: 'Let the migration drop the foreign key before, and make it again where it is to stay',
  },
  'partition-key-left': {
    means:
      'The table is partitioned: what is to be unique in all of it has to hold the columns that partition it (0A000).',
    remedy: 'Add these columns to the key, or make it unique in each partition',
  },
  'partition-key': {
    means:
      'The table is partitioned by that column: the server neither changes its type nor drops it (42P16).',
    remedy: 'Make the table anew, partitioned as it is to be, and move its rows',
  },
  partitioned: {
    means: 'The table is partitioned: the server makes and drops its index as a whole only (0A000).',
    remedy:
      'Leave out CONCURRENTLY; or make the index ON ONLY the table, CONCURRENTLY on each partition, and attach those',
  },
}
