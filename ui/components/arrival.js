// Scrolls its heading to the top, once; and again while charts above it are still growing, unless the visitor
// does something.
const SETTLED_MS = 3000

export default function ({ parentElement }) {
  if (parentElement.arrived) return
  parentElement.arrived = true
  const own = parentElement.getRootNode().host ?? parentElement
  const here = own.closest('[class*="st-key-arrival-"]') ?? own // ui/style.css keeps it below the menu
  const page = here.closest('[data-testid="stMain"]')
  if (!page) return
  const scroll = () => here.scrollIntoView({ block: "start" })
  const growth = new ResizeObserver(scroll)
  const stop = () => {
    growth.disconnect()
    for (const event of ["wheel", "touchstart", "pointerdown", "keydown"]) window.removeEventListener(event, stop)
  }
  for (const event of ["wheel", "touchstart", "pointerdown", "keydown"]) window.addEventListener(event, stop)
  growth.observe(page.querySelector('[data-testid="stMainBlockContainer"]') ?? page)
  setTimeout(stop, SETTLED_MS)
  return stop
}
