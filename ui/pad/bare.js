// The canvas package has a toolbar, unseen over the pad's upper right tenth: strokes that begin there are lost,
// one tap there erases the drawing. Its shadow root is open, so it can be told not to show it.
const rules = new CSSStyleSheet()
rules.replaceSync(".dc-toolbar { display: none !important }")

function hide(page) {
  for (const host of page.querySelectorAll('[class*="st-key-pad-"] *')) {
    const root = host.shadowRoot
    if (root && !root.adoptedStyleSheets.includes(rules)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, rules]
  }
}

export default function ({ parentElement }) {
  const own = parentElement.getRootNode().host ?? parentElement
  const page = own.closest('[data-testid="stMain"]') ?? document.body
  const canvases = new MutationObserver(() => hide(page)) // Clear and Undo make another one
  canvases.observe(page, { childList: true, subtree: true })
  hide(page)
  return () => canvases.disconnect()
}
