// Pictures with buttons. All buttons of a row are one stop of the Tab key; the arrow keys, Home and End move among them.
//
// A class sends several drawings a second, so the tiles would move under the finger. While a pointer or the keyboard is
// among them, or a finger was a moment ago, no tile is put before another one: newer ones wait.
const TOUCHED_MS = 6000 // so long after a touch the row is in use
const SETTLE_MS = 300 // a press so soon after the tiles have moved was meant for another one
const rows = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const element = parentElement.querySelector(".row")
  const row = rows.get(element) ?? new Row(element, parentElement.querySelector(".hint"))
  rows.set(element, row)
  row.send = (number, action) => setTriggerValue("acted", { number, do: action })
  row.show(data)
}

/** Which tiles are shown, by number: `wanted`, but if it shall hold still, none is put before one that is there. */
export const order = (shown, wanted, still) => {
  if (!still) return wanted
  const kept = wanted.filter((number) => shown.includes(number))
  return [...kept, ...wanted.slice(wanted.indexOf(kept.at(-1)) + 1)]
}

class Row {
  constructor(element, hint) {
    this.element = element
    this.hint = hint
    this.tiles = new Map() // by number: what is shown, and its element
    this.touched = Number.NEGATIVE_INFINITY
    element.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse") return
      this.touched = performance.now()
      this.later(TOUCHED_MS)
    })
    for (const event of ["pointerleave", "focusout"]) element.addEventListener(event, () => this.later(0))
    element.addEventListener("keydown", (event) => this.move(event))
    element.addEventListener("focusin", (event) => this.stopAt(event.target))
  }

  get inUse() {
    const byMouse = matchMedia("(hover: hover)").matches && this.element.matches(":hover")
    const byKeys = this.element.querySelector(":focus-visible")
    return byMouse || byKeys || performance.now() - this.touched < TOUCHED_MS
  }

  /** Look again whether newer ones may come. */
  later(milliseconds) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.element.isConnected && this.show(this.data), milliseconds + 50)
  }

  show(data) {
    this.data = data
    this.element.setAttribute("aria-label", `${data.label}; the arrow keys move among them`)
    this.element.style.setProperty("--side", `${data.side}px`)
    const before = [...this.tiles.keys()]
    const wanted = new Map(data.tiles.map((tile) => [tile.number, tile]))
    const numbers = order(before, [...wanted.keys()], before.length > 0 && this.inUse)
    const waiting = wanted.size - numbers.length
    const text = waiting ? `${waiting} newer: they come when you leave these pictures.` : data.hint
    if (this.hint.textContent !== text) this.hint.textContent = text
    const focus = this.element.getRootNode().activeElement
    const place = this.buttons.indexOf(focus)
    const hadFocus = place >= 0
    const tiles = new Map()
    for (const number of numbers) {
      const content = JSON.stringify(wanted.get(number))
      const known = this.tiles.get(number)
      tiles.set(number, known?.content === content ? known : { content, element: this.made(wanted.get(number)) })
    }
    // what stays isn't touched, so that the focus stays on it
    const stays = new Set([...tiles.values()].map((tile) => tile.element))
    const moved = before.some((number, at) => numbers[at] !== number)
    for (const [number, { element }] of this.tiles) {
      if (stays.has(element)) continue
      if (tiles.has(number)) element.replaceWith(tiles.get(number).element)
      else element.remove()
    }
    let next = this.element.firstChild
    for (const { element } of tiles.values()) {
      if (element === next) next = next.nextSibling
      else this.element.insertBefore(element, next)
    }
    this.tiles = tiles
    if (moved) this.settle()
    // the keyboard goes on where its button was
    if (hadFocus && !this.buttons.includes(focus)) (this.buttons[place] ?? this.buttons.at(-1))?.focus()
    this.stopAt(this.element.getRootNode().activeElement)
  }

  settle() {
    this.element.classList.add("moving")
    clearTimeout(this.settled)
    this.settled = setTimeout(() => this.element.classList.remove("moving"), SETTLE_MS)
  }

  get buttons() {
    return [...this.element.querySelectorAll("button")].filter((button) => !button.closest("[hidden]"))
  }

  stopAt(chosen) {
    const buttons = this.buttons
    const stop = buttons.includes(chosen) ? chosen : (buttons.find((button) => button.tabIndex === 0) ?? buttons[0])
    for (const button of this.element.querySelectorAll("button")) button.tabIndex = button === stop ? 0 : -1
  }

  move(event) {
    const buttons = this.buttons
    const next = neighbour(buttons, buttons.indexOf(event.target), event.key)
    if (!next) return
    event.preventDefault()
    next.focus()
  }

  made({ number, url, lines, actions, marked, faded }) {
    const tile = document.createElement("div")
    tile.className = "tile"
    tile.classList.toggle("marked", marked)
    tile.classList.toggle("faded", faded)
    const picture = document.createElement("img")
    picture.src = url
    picture.alt = ""
    tile.append(picture)
    for (const line of lines) tile.append(made("p", line))
    const places = { often: made("div", ""), rare: made("div", "") }
    for (const [name, place] of Object.entries(places)) place.className = `actions ${name}`
    for (const { do: action, text, label, rare } of actions) {
      const button = made("button", text)
      button.type = "button"
      button.setAttribute("aria-label", label)
      button.title = label
      button.onclick = () => this.send(number, action)
      places[rare ? "rare" : "often"].append(button)
    }
    tile.append(places.often)
    if (places.rare.childElementCount) {
      const other = made("button", "Other")
      other.type = "button"
      other.setAttribute("aria-label", `Other: what drawing ${number} shows`)
      other.setAttribute("aria-expanded", "false")
      other.onclick = () => {
        places.rare.hidden = !places.rare.hidden
        other.setAttribute("aria-expanded", String(!places.rare.hidden))
      }
      places.rare.hidden = true
      places.often.append(other)
      tile.append(places.rare)
    }
    return tile
  }
}

const made = (name, text) => {
  const element = document.createElement(name)
  element.textContent = text
  return element
}

const neighbour = (buttons, number, key) => {
  const left = (button) => Math.round(button.getBoundingClientRect().left)
  const below = buttons.filter((other) => left(other) === left(buttons[number]))
  const place = below.indexOf(buttons[number])
  return {
    ArrowLeft: buttons[number - 1],
    ArrowRight: buttons[number + 1],
    ArrowUp: below[place - 1],
    ArrowDown: below[place + 1],
    Home: buttons[0],
    End: buttons.at(-1),
  }[key]
}
