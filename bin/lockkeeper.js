#!/usr/bin/env node
// Plain JavaScript that old releases of Node run: they say what they lack in one line, not by a stack.
const needed = 24
const [major] = process.versions.node.split('.').map(Number)
if (major < needed) {
  process.stderr.write(
    `Lockkeeper needs Node ${needed} or later; this is Node ${process.versions.node} (${process.execPath}). Install Node ${needed}: https://nodejs.org/en/download\n`,
  )
  process.exit(78)
}
await import('../dist/src/main.js')
