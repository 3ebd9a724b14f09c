import type { Keep, Prepared } from '../domain/script.ts'
import { losesValue, violates } from '../engines/keeps.ts'
import { keysSql, referringSql } from '../engines/referring.ts'
import { quoteValue } from '../engines/statements/sql-parse.ts'

type Down = Pick<Prepared, 'drops' | 'restores' | 'keeps'>

/**
 * What the run does before Down's own statements, as SQL for psql, a block a table: rows that lose something are kept
 * whole, those that stand in the way of a NOT NULL are deleted. It stops where rows of other tables refer to these, since
 * nothing would keep them. Of what the run asks people about, the number of rows, it says how many there were.
 */
export const archiveByHand = (down: Down, run: string): string[] =>
  down.keeps.map((keep) => blockOf(keep, down, run))

function blockOf(
  { table, into, lock, maybe, statements }: Keep,
  { drops, restores }: Down,
  run: string,
): string {
  const named = (text: string): string => text.replaceAll('{run}', run)
  const execute = (text: string): string => `EXECUTE ${quoteValue(named(text))};`
  const dropped = drops.filter((one) => one.table === table)
  const violating = restores.filter((one) => one.table === table)
  const losing = dropped.map((one) => ifColumn(one, losesValue(one)))
  const isDropped = dropped.some(({ column }) => column === null)
  return doBlock(`DECLARE
  found record;
  condition text;
  counted bigint;
  lost bigint := 0;
  is_refused boolean;
  in_the_way text[] := '{}';
BEGIN
  ${maybe ? `IF pg_catalog.to_regclass(${quoteValue(table)}) IS NULL THEN RETURN; END IF;` : '-- It is there: the migration is in the history.'}
  ${execute(lock.text)}
${losing
  .map(
    (one) => `  condition := ${one};
  EXECUTE pg_catalog.concat('SELECT count(*) FROM ', ${quoteValue(table)}, ' WHERE ', condition) INTO counted;
  lost := lost + counted;`,
  )
  .join('\n')}
${(isDropped ? [] : violating).map(inTheWay).join('\n')}
  IF lost = 0 THEN RETURN; END IF;
${statements
  .map(({ text, by }) =>
    by === undefined
      ? `  ${execute(text)}`
      : `  IF ${quoteValue(by)} = ANY (in_the_way) THEN ${execute(text)} END IF;`,
  )
  .join('\n')}
  EXECUTE ${quoteValue(`SELECT count(*) FROM ${named(into)}`)} INTO counted;
  RAISE NOTICE '% rows of % are archived in %', counted, ${quoteValue(table)}, ${quoteValue(named(into))};
END`)
}

/** No name within ends it early. */
function doBlock(body: string): string {
  let tag = '$archive$'
  for (let n = 1; body.includes(tag); n++) tag = `$archive${n}$`
  return `DO ${tag}\n${body} ${tag};`
}

/** A condition that counts nothing where its column does not exist. */
const ifColumn = ({ table, column }: { table: string; column: string | null }, condition: string): string =>
  column === null
    ? quoteValue(condition)
    : `CASE WHEN ${hasColumn(table, column)} THEN ${quoteValue(condition)} ELSE 'false' END`

const hasColumn = (table: string, column: string): string =>
  `EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass(${quoteValue(table)}) AND attname = ${quoteValue(column)} AND NOT attisdropped)`

/** Rows without a value that Down gives none, or one that a foreign key refuses. */
function inTheWay(one: Prepared['restores'][number]): string {
  const { table, column, gets } = one
  const [of, its] = [quoteValue(table), quoteValue(column)]
  const looked =
    gets === undefined
      ? '  is_refused := true;'
      : `  is_refused := false;
  FOR found IN ${keysSql(of, its)} LOOP
    IF pg_catalog.cardinality(found.columns) <> 1 OR NOT found.readable THEN is_refused := true;
    ELSE
      EXECUTE pg_catalog.format('SELECT NOT EXISTS (SELECT FROM %s WHERE %s::text = %L)', found.refers, found.columns[1], ${quoteValue(gets)}) INTO found;
      is_refused := is_refused OR found."?column?";
    END IF;
  END LOOP;`
  return `${looked}
  IF is_refused THEN
    condition := ${ifColumn(one, violates(one))};
    EXECUTE pg_catalog.concat('SELECT count(*) FROM ', ${of}, ' WHERE ', condition) INTO counted;
    IF counted > 0 THEN
      FOR found IN ${referringSql(of)} LOOP
        RAISE EXCEPTION '% rows of % are in the way, and % refers to them: nothing would keep its rows. Nothing was changed. Decide about these rows, then type this again', counted, ${of}, found.refers;
      END LOOP;
      lost := lost + counted;
      in_the_way := in_the_way || ${its}::text;
    END IF;
  END IF;`
}
