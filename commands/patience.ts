/** Milliseconds until somebody who waits begins to wonder. */
const wonders = 2_500

/**
 * Says that it takes a while, where it does: a project is built before its migrations are planned. What is said then is
 * over before the reply is given: a modal keeps what came last.
 */
export async function patiently<Reply>(reply: Promise<Reply>, say: () => Promise<void>): Promise<Reply> {
  let said = Promise.resolve()
  const wait = setTimeout(() => {
    said = say()
  }, wonders)
  try {
    return await reply
  } finally {
    clearTimeout(wait)
    await said
  }
}
