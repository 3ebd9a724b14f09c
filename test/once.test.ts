import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { once } from './once.ts'

const anyFolder = () => path.join(inject('folder'), 'once', randomUUID())

test('of many who ask for the same work one does it, and all wait for its end', async () => {
  const folder = anyFolder()
  const done: string[] = []
  const work = async () => {
    await new Promise(setImmediate)
    done.push('once')
  }
  await Promise.all([1, 2, 3].map(() => once(folder, work)))
  await once(folder, work)
  expect(done).toEqual(['once'])
})

test('work that failed is not tried again: whoever asks learns why', async () => {
  const folder = anyFolder()
  await expect(once(folder, () => Promise.reject(new Error('no compiler')))).rejects.toThrow('no compiler')
  await expect(once(folder, async () => {})).rejects.toThrow('no compiler')
})
