/** What the page sends: every act names the person who does it. */

/** @param {string} act @param {object} given */
async function post(act, given) {
  const response = await fetch(`/workspace/${act}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(given),
  })
  if (!response.ok) throw new Error(await response.text())
}

/** @param {string} as @param {string} channel @param {string} text @param {string} [thread] */
export const say = (as, channel, text, thread) => post('say', { as, channel, text, thread })

/** @param {string} as @param {object} where @param {string} block @param {string} action @param {string | string[]} [value] */
export const click = (as, where, block, action, value) => post('click', { as, where, block, action, value })

/** @param {string} as @param {string} modal @param {object} values */
export const submit = (as, modal, values) => post('submit', { as, modal, values })

/** @param {string} as @param {string} modal */
export const close = (as, modal) => post('close', { as, modal })

/** @param {string} as @param {string} channel @param {string} ts */
export const dismiss = (as, channel, ts) => post('dismiss', { as, channel, ts })

/** @param {string} name */
export const changeWorld = (name) => post(`world/${name}`, {})
