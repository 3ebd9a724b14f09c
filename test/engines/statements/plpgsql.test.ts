import { expect, test } from 'vitest'
import { bodyOf, procedureBody } from '../../../src/engines/statements/plpgsql.ts'

/** The kinds of the statements of a body. */
const kinds = (body: string): string[] => bodyOf(body).statements.flatMap((node) => Object.keys(node))

test('the statements and expressions of a block are read, in its branches too', () => {
  const { isWhole, ends } = bodyOf(`DECLARE n int := 1;
    BEGIN IF n > 0 THEN UPDATE a SET b = '$body$'; END IF; DELETE FROM c; END`)
  expect({ isWhole, ends }).toEqual({ isWhole: true, ends: 'never' })
  expect(kinds('BEGIN UPDATE a SET b = 1; PERFORM f(); END')).toEqual(['UpdateStmt', 'SelectStmt'])
})

test('a block with a row of a table, which the parser does not know, is read statement by statement', () => {
  const body = `DECLARE r public.a%ROWTYPE; BEGIN -- a comment; with a semicolon
    r.name := 'x'; UPDATE a SET b = CASE WHEN c THEN 'COMMIT;' ELSE r.name END;
    IF true THEN ALTER TABLE a DROP COLUMN d; ELSE SET lock_timeout = 0; END IF; END`
  expect(bodyOf(body)).toMatchObject({ isWhole: false, ends: 'never' })
  expect(kinds(body)).toEqual(['UpdateStmt', 'AlterTableStmt', 'VariableSetStmt'])
  expect(bodyOf(`DECLARE r a%ROWTYPE; BEGIN r.b := 1; COMMIT; END`).ends).toBe('perhaps')
  expect(bodyOf(`BEGIN x := 'not closed`)).toEqual({ statements: [], isWhole: false, ends: 'never' })
})

test('whether it ends transactions: surely, on one of its ways, or never', () => {
  for (const [body, ends] of [
    [`BEGIN COMMIT; END`, 'surely'],
    [`BEGIN RAISE NOTICE 'COMMIT'; BEGIN PERFORM 1; ROLLBACK; END; END`, 'surely'],
    [`BEGIN LOOP PERFORM 1; COMMIT; END LOOP; END`, 'surely'],
    [`BEGIN LOOP EXIT WHEN true; COMMIT; END LOOP; END`, 'perhaps'],
    [`BEGIN IF true THEN COMMIT; END IF; END`, 'perhaps'],
    [`BEGIN IF true THEN RETURN; END IF; COMMIT; END`, 'perhaps'],
    [`BEGIN FOR i IN 1..0 LOOP COMMIT; END LOOP; END`, 'perhaps'],
    [`BEGIN COMMIT; EXCEPTION WHEN OTHERS THEN NULL; END`, 'perhaps'],
    [`BEGIN NULL; END`, 'never'],
  ] as const) {
    expect([body, bodyOf(body).ends]).toEqual([body, ends])
    const create = `CREATE PROCEDURE f() LANGUAGE plpgsql AS $f$${body}$f$`
    expect([body, procedureBody(create, body).ends]).toEqual([body, ends])
  }
})
