/**
 * Makes an element's content equal to some HTML by changing only what differs: a live message keeps its scroll
 * position, its focused button and its open menu while its text moves on.
 * @param {Element} target @param {string} html
 */
export function draw(target, html) {
  const template = document.createElement('template')
  template.innerHTML = html
  morphChildren(target, template.content)
}

/** @param {Node} target @param {Node} source */
function morphChildren(target, source) {
  const wanted = [...source.childNodes]
  const keyed = new Map([...target.childNodes].flatMap((node) => (keyOf(node) ? [[keyOf(node), node]] : [])))
  wanted.forEach((next, i) => {
    const key = keyOf(next)
    const here = target.childNodes[i]
    const match = key ? keyed.get(key) : here && !keyOf(here) && similar(here, next) ? here : undefined
    if (!match) target.insertBefore(next, here ?? null)
    else {
      if (match !== here) target.insertBefore(match, here ?? null)
      morph(match, next)
    }
  })
  while (target.childNodes.length > wanted.length) target.lastChild?.remove()
}

/** @param {Node} node @param {Node} next */
function morph(node, next) {
  if (!(node instanceof Element) || !(next instanceof Element)) {
    if (node.nodeValue !== next.nodeValue) node.nodeValue = next.nodeValue
    return
  }
  if (node.isEqualNode(next) || node.hasAttribute('data-keep')) return
  for (const { name, value } of next.attributes)
    if (node.getAttribute(name) !== value) node.setAttribute(name, value)
  for (const name of node.getAttributeNames()) {
    // A menu or a detail that the reader opened stays open.
    if (!next.hasAttribute(name) && !(name === 'open' && node.tagName === 'DETAILS'))
      node.removeAttribute(name)
  }
  morphChildren(node, next)
}

/** @param {Node} node */
const keyOf = (node) => (node instanceof Element ? node.getAttribute('data-key') : null)

/** @param {Node} a @param {Node} b */
const similar = (a, b) =>
  a.nodeType === b.nodeType &&
  a.nodeName === b.nodeName &&
  (!(a instanceof Element) ||
    a.getAttribute('data-action') === /** @type {Element} */ (b).getAttribute('data-action'))

/** @param {unknown} text */
export const escape = (text) =>
  String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** @param {string} id @returns {HTMLElement} */
export const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
