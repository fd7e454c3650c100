// Pictures that are buttons. Sends the number of the one that was pressed. All of them are one stop of the Tab key;
// the arrow keys, Home and End move among them.
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
  const focus = row.getRootNode().activeElement
  const hadFocus = focus && row.contains(focus)
  const changed = shown.get(row) !== wanted
  // after a rerun with the same pictures: keep the buttons, and the focus on one of them
  if (changed) row.replaceChildren(...data.pictures.map((picture) => made(picture, data.side)))
  shown.set(row, wanted)
  const buttons = [...row.children]
  if (changed && hadFocus) buttons[0]?.focus() // a press brought other pictures: the keyboard goes on with these
  const stopAt = (stop) => {
    for (const [number, button] of buttons.entries()) button.tabIndex = number === stop ? 0 : -1
  }
  stopAt(data.chosen ?? 0)
  buttons.forEach((button, number) => {
    if (data.chosen !== null) button.setAttribute("aria-pressed", number === data.chosen)
    button.onclick = () => setTriggerValue("pressed", number)
    button.onfocus = () => stopAt(number)
    button.onkeydown = (event) => {
      const next = neighbour(buttons, number, event.key)
      if (!next) return
      event.preventDefault()
      next.focus()
    }
  })
}

const made = ({ url, label, caption }, side) => {
  const button = document.createElement("button")
  button.type = "button"
  button.setAttribute("aria-label", label)
  button.title = label
  const picture = document.createElement("img")
  picture.src = url
  picture.alt = ""
  // pixels of a small picture are to be seen; a large one is to be smooth
  picture.onload = () => (picture.style.imageRendering = picture.naturalWidth > side ? "auto" : "pixelated")
  button.append(picture)
  if (caption) {
    const text = document.createElement("span")
    text.textContent = caption
    button.append(text)
  }
  return button
}

const neighbour = (buttons, number, key) => {
  const here = buttons[number]
  const below = buttons.filter((other) => other.offsetLeft === here.offsetLeft)
  const place = below.indexOf(here)
  return {
    ArrowLeft: buttons[number - 1],
    ArrowRight: buttons[number + 1],
    ArrowUp: below[place - 1],
    ArrowDown: below[place + 1],
    Home: buttons[0],
    End: buttons.at(-1),
  }[key]
}
