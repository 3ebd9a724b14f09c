import { drawComposer } from './composer.js'
import { drawMail } from './mail.js'
import { drawHeading, drawPins } from './heading.js'
import { listen } from './listen.js'
import { drawMessages } from './messages.js'
import { drawModal } from './modal.js'
import { drawSidebar } from './sidebar.js'
import { drawThread } from './thread.js'
import { onChange } from './store.js'
import { readAddress } from './place.js'
import './clicks.js'
import './theme.js'

readAddress()
for (const draw of [
  drawSidebar,
  drawHeading,
  drawPins,
  drawMessages,
  drawMail,
  drawThread,
  drawComposer,
  drawModal,
])
  onChange(draw)
listen()
