import type { Line } from './measure.ts'

const head = ['what', 'ours', 'peer', 'ratio', 'asked', 'holds']

/** The report as a Markdown table whose columns are aligned, so that a terminal shows it as well. */
export function table(lines: readonly Line[]): string {
  const rows = [head, ...lines.map(cells)]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const drawn = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  )
  return [drawn[0], `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...drawn.slice(1)].join(
    '\n',
  )
}

const cells = ({ what, ours, peer, ratio, asked }: Line): string[] => [
  what,
  ours,
  peer,
  ratio.toFixed(2),
  asked?.says ?? '–',
  asked ? (asked.holds ? 'yes' : 'NO') : '–',
]
