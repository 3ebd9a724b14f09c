/** Clock times in the reader's own zone, as Slack's date tokens ask for them. */

const parts = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { month: 'long', day: 'numeric', year: 'numeric' },
  date_short: { month: 'short', day: 'numeric', year: 'numeric' },
  date_long: { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' },
  date_day: { weekday: 'short', day: 'numeric', month: 'short' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  time_secs: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
}

/** @param {string} name @param {Date} date */
function part(name, date) {
  if (name === 'ago') return ago(date)
  const base = name.replace(/_pretty$/, '')
  const options = parts[/** @type {keyof typeof parts} */ (base)]
  if (!options) return `{${name}}`
  const near = name.endsWith('_pretty') ? nearDay(date) : null
  return (
    near ?? new Intl.DateTimeFormat('en-GB', /** @type {Intl.DateTimeFormatOptions} */ (options)).format(date)
  )
}

/** @param {Date} date */
function nearDay(date) {
  const days = Math.round((midnight(date) - midnight(new Date())) / 86_400_000)
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days] ?? null
}

/** @param {Date} date */
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()

/** @param {Date} date */
function ago(date) {
  const minutes = Math.round((date.getTime() - Date.now()) / 60_000)
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(
    Math.abs(minutes) < 90 ? minutes : Math.round(minutes / 60),
    Math.abs(minutes) < 90 ? 'minute' : 'hour',
  )
}

/** @param {Date} date */
export const clock = (date) => part('time', date)

/** @param {Date} date */
export const dayName = (date) =>
  (nearDay(date) ? nearDay(date)?.replace(/^./, (c) => c.toUpperCase()) : part('date_long', date)) ?? ''

/** @param {string} ts Slack's timestamp. */
export const dateOf = (ts) => new Date(Number(ts) * 1000)

const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })

/** Words the `<time>` elements of some drawn HTML. @param {string} html */
export function worded(html) {
  return html.replace(/<time datetime="([^"]+)" data-format="([^"]*)">[^<]*<\/time>/gi, (_, at, format) => {
    const date = new Date(at)
    const words = format.replace(/\{([a-z_]+)\}/g, (/** @type {string} */ _all, /** @type {string} */ name) =>
      part(name, date),
    )
    return `<time datetime="${at}" title="${full.format(date)}">${words}</time>`
  })
}
