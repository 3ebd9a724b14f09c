/** What a calendar takes from a letter. */
export interface Invitation {
  /** `REQUEST` enters or moves it, `CANCEL` takes it out again. */
  method: string
  sequence: number
  summary: string
  /** ISO, in UTC. */
  start: string
  end: string
}

/** Reads the one event of an iCalendar file as far as a card shows it; null: there is none, or its times are no moments of UTC. */
export function readInvitation(calendar: string): Invitation | null {
  // A line that is too long goes on in the next one, behind a space (RFC 5545, 3.1).
  const lines = calendar.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
  const value = (name: string): string =>
    lines.find((line) => new RegExp(`^${name}[;:]`).test(line))?.replace(/^[^:]*:/, '') ?? ''
  const [start, end] = [momentOf(value('DTSTART')), momentOf(value('DTEND'))]
  if (!start || !end) return null
  return {
    method: value('METHOD'),
    sequence: Number(value('SEQUENCE')),
    summary: value('SUMMARY').replace(/\\([\\;,])/g, '$1'),
    start,
    end,
  }
}

/** `20251113T000000Z`. */
function momentOf(written: string): string | null {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(written) ?? []
  return year ? `${year}-${month}-${day}T${hour}:${minute}:${second}Z` : null
}
