import type { Inline, Line, Part, View } from '../domain/view.ts'
import { letterParts } from '../views/notice/letter.ts'
import { visible } from '../visible.ts'
import { lineText, type Writing } from '../views/words/plain.ts'

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)

/** A letter as mail clients show it: plain markup, its few styles within, nothing that is fetched. `after`: markup below it. */
export function htmlOf(view: View, writing: Partial<Writing>, after = ''): string {
  const drawn = (line: Line): string => line.map((inline) => inlineHtml(inline, writing)).join('')
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(lineText(view.state, writing))}</title></head>`,
    '<body style="font-family:sans-serif;line-height:1.5">',
    `<p style="font-size:larger">${drawn(view.state)}</p>`,
    ...letterParts(view).map((part) => partHtml(part, drawn)),
    after,
    '</body></html>',
    '',
  ].join('\n')
}

function partHtml(part: Part, drawn: (line: Line) => string): string {
  switch (part.part) {
    case 'text':
      return `<p>${drawn(part.line)}</p>`
    case 'note':
      return `<p style="color:#555;font-size:smaller">${drawn(part.line)}</p>`
    case 'code':
      return `<pre style="white-space:pre-wrap">${escaped(part.text)}</pre>`
    case 'list':
      return listHtml(part.numbered ? 'ol' : 'ul', part.items.map(drawn))
    case 'rows':
      return listHtml(
        'ul',
        part.rows.map(({ word, line }) => `<strong>${escaped(word)}:</strong> ${drawn(line)}`),
      )
  }
}

const listHtml = (list: 'ol' | 'ul', items: readonly string[]): string =>
  `<${list}>${items.map((item) => `<li>${item}</li>`).join('')}</${list}>`

function inlineHtml(inline: Inline, writing: Partial<Writing>): string {
  const words = escaped(lineText([inline], writing)).replace(/\r?\n/g, '<br>')
  if (typeof inline === 'string')
    return /^https?:\/\/\S+$/.test(inline) ? `<a href="${words}">${words}</a>` : words
  if ('bold' in inline) return `<strong>${words}</strong>`
  if ('italic' in inline) return `<em>${words}</em>`
  return 'code' in inline ? `<code>${words}</code>` : words
}
