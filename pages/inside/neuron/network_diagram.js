// The net as a drawing. Sends the number of a neuron or a digit that is pressed. Each group of buttons is one tab
// stop; arrow keys move in it.
const SVG = "http://www.w3.org/2000/svg"

export default function ({ data, parentElement, setTriggerValue }) {
  const find = (what) => parentElement.querySelector(what)
  find(".pixels img").src = data.picture
  const middle = (place, count) => ((place + 0.5) / count) * 100
  const rows = data.neurons.map((_, place) => middle(place, data.neurons.length))

  const line = (x, y, toX, toY, share, chosen) => {
    const made = document.createElementNS(SVG, "line")
    const [blue, orange] = data.colours
    const strength = Math.abs(share)
    for (const [name, value] of Object.entries({
      x1: x,
      y1: y,
      x2: toX,
      y2: toY,
      stroke: share > 0 ? blue : orange,
      "stroke-width": 0.8 + 4.2 * strength,
      "stroke-opacity": chosen ? 0.4 + 0.6 * strength : 0.15 + 0.35 * strength,
      "vector-effect": "non-scaling-stroke",
    }))
      made.setAttribute(name, value)
    return made
  }
  find("svg").replaceChildren(
    ...rows.map((y) => line(21, 50, 32, y, 0.1, false)),
    ...data.lines.map(([place, digit, share, chosen]) => line(55, rows[place], 77, middle(digit, 10), share, chosen)),
  )

  fill(find(".neurons"), data.neurons, "neuron", setTriggerValue)
  fill(find(".digits"), data.digits, "digit", setTriggerValue)
}

// The buttons stay the same elements, so that the focus stays where it is.
const fill = (group, items, kind, send) => {
  while (group.children.length > items.length) group.lastChild.remove()
  while (group.children.length < items.length) {
    const button = document.createElement("button")
    button.type = "button"
    button.append(document.createElement(kind === "neuron" ? "img" : "b"), document.createElement("span"))
    if (kind === "neuron") button.firstChild.alt = ""
    group.append(button)
  }
  const buttons = [...group.children]
  const stop = Math.max(
    0,
    items.findIndex(({ chosen }) => chosen),
  )
  buttons.forEach((button, place) => {
    const { number, text, label, url, chosen, answer } = items[place]
    if (kind === "neuron") button.firstChild.src = url
    else button.firstChild.textContent = number
    button.lastChild.textContent = text
    button.setAttribute("aria-label", label)
    button.setAttribute("aria-pressed", chosen)
    button.classList.toggle("answer", Boolean(answer))
    button.tabIndex = place === stop ? 0 : -1
    button.onclick = () => send(kind, number)
    button.onkeydown = (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
      const next = buttons[place + step]
      if (!next) return
      event.preventDefault()
      next.focus()
    }
  })
}
