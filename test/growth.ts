/**
 * How many times as much processor time a piece of work takes with a text of eight times the length: about 8 where the
 * time grows with the text, 64 where it grows with its square. It begins with a text that takes some time, however quick
 * the machine, and takes the least of several tries, however busy it is.
 */
export function growth(work: (length: number) => void): number {
  let length = 1_000
  while (least(work, length) < enough && length < longest) length *= 2
  let found = Infinity
  for (let round = 0; round < 3 && found > linear; round++)
    found = Math.min(found, least(work, length * 8) / least(work, length))
  return found
}

/** Milliseconds of processor time: some kernels count it in steps of 4. */
const enough = 20

/** Characters: what is quicker than that with so many is never slow. */
const longest = 250_000

/** No more tries are needed. */
const linear = 14

const least = (work: (length: number) => void, length: number): number =>
  Math.min(...[1, 2].map(() => processorTime(() => work(length))))

function processorTime(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return Math.max((user + system) / 1_000, 1)
}
