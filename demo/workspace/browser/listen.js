import { changed, store, takeChange, takeSnapshot } from './store.js'
import { settle } from './place.js'

/** Follows the workspace. A connection that breaks begins again with everything. */
export function listen() {
  const source = new EventSource('/workspace/changes')
  source.addEventListener('snapshot', (event) => {
    takeSnapshot(JSON.parse(event.data))
    settle()
  })
  source.addEventListener('change', (event) => takeChange(JSON.parse(event.data)))
  source.addEventListener('error', () => {
    store.connected = false
    changed()
  })
}
