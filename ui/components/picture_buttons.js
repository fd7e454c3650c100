// Pictures that are buttons. Sends the number of the one that was pressed. One stop of the Tab key for all of
// them; the arrow keys, Home and End move among them.
const shown = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const row = parentElement.querySelector(".row")
  row.setAttribute("aria-label", `${data.label}; the arrow keys move among them`)
  row.style.setProperty("--side", `${data.side}px`)
  row.classList.toggle("fixed", Boolean(data.columns))
  if (data.columns) {
    row.style.setProperty("--columns", data.columns)
    row.style.setProperty("--half", Math.ceil(data.columns / 2)) // a finger is wider than a mouse pointer
  }
  const wanted = JSON.stringify(data.pictures)
  if (shown.get(row) === wanted) return // a rerun: keep the buttons, and the focus on one of them
  shown.set(row, wanted)
  const focus = row.getRootNode().activeElement
  const hadFocus = focus && row.contains(focus)
  row.replaceChildren(
    ...data.pictures.map(({ url, label, caption }, number) => {
      const button = document.createElement("button")
      button.type = "button"
      button.tabIndex = number ? -1 : 0
      button.setAttribute("aria-label", label)
      button.title = label
      const picture = document.createElement("img")
      picture.src = url
      picture.alt = ""
      // pixels of a small picture are to be seen; a large one is to be smooth
      picture.onload = () => (picture.style.imageRendering = picture.naturalWidth > data.side ? "auto" : "pixelated")
      button.append(picture)
      if (caption) {
        const text = document.createElement("span")
        text.textContent = caption
        button.append(text)
      }
      button.onclick = () => setTriggerValue("pressed", number)
      return button
    }),
  )
  const buttons = [...row.children]
  if (hadFocus) buttons[0]?.focus() // a press brought other pictures: the keyboard goes on with these
  row.onfocusin = ({ target }) => {
    const here = target.closest("button")
    if (here) buttons.forEach((button) => (button.tabIndex = button === here ? 0 : -1))
  }
  row.onkeydown = (event) => {
    const from = buttons.indexOf(event.target.closest("button"))
    if (from < 0) return
    const inLine = buttons.filter((button) => button.offsetTop === buttons[0].offsetTop).length
    const to = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from - inLine,
      ArrowDown: from + inLine,
      Home: 0,
      End: buttons.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    buttons[to]?.focus()
  }
}
