import type { Inline, Line, Part, View } from '../../src/domain/view.ts'

/** The same numbers in every run: xorshift. */
export function pseudoRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.abs(state) % below
  }
}

const odd = [
  '',
  ' ',
  '\n',
  '*',
  '_x_',
  '```',
  '<!channel>',
  '&',
  '>',
  '😀',
  '\uD800',
  '\u0000',
  '\u202E',
  '…',
  'word',
  'a'.repeat(75),
  'x'.repeat(700),
  '&<>'.repeat(900),
  '😀'.repeat(2_000),
]

export function oddText(random: (below: number) => number): string {
  return Array.from({ length: random(5) }, () => odd[random(odd.length)]).join('')
}

function oddLine(random: (below: number) => number): Line {
  const inline: (() => Inline)[] = [
    () => oddText(random),
    () => ({ bold: oddText(random) }),
    () => ({ italic: oddText(random) }),
    () => ({ code: oddText(random) }),
    () => ({ person: random(2) ? 'U0ASHA' : oddText(random) }),
    () => ({ channel: random(2) ? 'C0OPS' : oddText(random) }),
    () => ({ role: random(2) ? 'migration-operators' : oddText(random) }),
    () => ({ moment: random(2) ? '2025-11-13T03:01:12.000Z' : oddText(random), zone: { id: 'UTC' } }),
    () => ({ time: random(2) ? '2025-11-13T03:01:12.000Z' : oddText(random), as: 'clock' }),
  ]
  return Array.from({ length: random(12) }, () => inline[random(inline.length)]!())
}

export function oddView(random: (below: number) => number): View {
  const part: (() => Part)[] = [
    () => ({ part: 'text', line: oddLine(random) }),
    () => ({ part: 'note', line: oddLine(random) }),
    () => ({ part: 'code', text: oddText(random) }),
    () => ({
      part: 'list',
      numbered: random(2) === 0,
      items: Array.from({ length: random(6) }, () => oddLine(random)),
    }),
    () => ({
      part: 'rows',
      rows: Array.from({ length: random(30) }, () => ({ word: 'Not run' as const, line: oddLine(random) })),
    }),
  ]
  return {
    state: oddLine(random),
    parts: Array.from({ length: random(random(10) === 0 ? 120 : 9) }, () => part[random(part.length)]!()),
    actions: Array.from({ length: random(random(10) === 0 ? 60 : 5) }, () => ({
      label: oddText(random),
      says: oddText(random),
      command: 'answer',
      input: {},
      ...(random(2) && { style: random(2) ? 'danger' : 'primary' }),
    })),
    files: Array.from({ length: random(3) }, () => ({ name: oddText(random), title: '', content: '' })),
  }
}
