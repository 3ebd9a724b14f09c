import { openOutputs, type Outputs } from '../../src/adapters/output.ts'

/** What programs write goes to `PROGRAM.log` with this before it, in this folder; nothing is a secret. */
export const outputsIn = (folder: string, name = 'wrote'): Outputs['of'] =>
  openOutputs(folder, name, (text) => text).of
