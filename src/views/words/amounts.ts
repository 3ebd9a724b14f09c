const oneDecimal = (value: number): string => String(Math.round(value * 10) / 10)

/** A length of time as people say it: `25 ms`, `0.4 s`, `14 s`, `2 min 05 s`, `22 min`, `3 h 05 min`. */
export function seconds(value: number): string {
  const length = Math.max(0, value)
  if (length > 0 && length < 0.1) return `${Math.max(1, Math.round(length * 1000))} ms`
  if (length < 9.95) return `${oneDecimal(length)} s`
  const whole = Math.round(length)
  if (whole < 60) return `${whole} s`
  if (whole < 600) return inTwo(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(length / 60)
  if (minutes < 60) return `${minutes} min`
  return inTwo(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

const inTwo = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small ? `${large} ${largeUnit} ${String(small).padStart(2, '0')} ${smallUnit}` : `${large} ${largeUnit}`

/** A length that is only about right: no decimals. */
export const about = (value: number): string => seconds(value < 1 ? value : Math.round(value))

export const milliseconds = (value: number): string => seconds(value / 1000)

const byteUnits = ['kB', 'MB', 'GB', 'TB', 'PB']

/** In powers of 1000, as disks are sold and dumps are listed: `542 MB`, `2.4 GB`. */
export function bytes(value: number): string {
  if (value < 1000) return counted(value, 'byte')
  let rest = value / 1000
  let unit = 0
  while (rest >= 999.5 && unit < byteUnits.length - 1) {
    rest /= 1000
    unit += 1
  }
  return `${rest < 9.95 ? oneDecimal(rest) : Math.round(rest)} ${byteUnits[unit]}`
}

/** `200,000`. */
export const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })

/** `1 session`, `2 sessions`, `200,000 rows`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`
