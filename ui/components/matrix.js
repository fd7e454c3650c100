// A confusion matrix as a table of buttons. Sends [row, column] of the one that was pressed. One Tab stop: the
// arrow keys move inside, as the ARIA practices have it for a grid.
const shown = new WeakMap()

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

// Where an arrow key leads from a cell, both written "row,column"; null for any other key.
export function beside(cell, key) {
  const step = STEPS[key]
  if (!step) return null
  const [row, column] = cell.split(",").map(Number)
  return `${row + step[0]},${column + step[1]}`
}

export default function ({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector("table")
  const wanted = JSON.stringify(data)
  if (shown.get(table) === wanted) return // a rerun: keep the buttons, and the focus on one of them
  shown.set(table, wanted)
  const focus = parentElement.activeElement ?? table.getRootNode().activeElement
  const hadFocus = focus && table.contains(focus)

  const choose = (row, column) => {
    mark(row, column)
    setTriggerValue("pressed", [row, column])
    scrollToWhatIsBehind()
  }
  // where the pictures stand below the matrix, nobody would see that a press has changed them
  const scrollToWhatIsBehind = () => {
    const behind = data.leadsTo && document.querySelector(`.st-key-${data.leadsTo}`)
    if (!behind || behind.getBoundingClientRect().top < table.getBoundingClientRect().bottom) return
    behind.scrollIntoView({ block: "start" }) // at once: the page changes under a smooth one, and stops it
  }
  const mark = (row, column) => {
    for (const button of table.querySelectorAll("button")) {
      const here = button.dataset.cell === `${row},${column}`
      button.setAttribute("aria-pressed", here)
      button.tabIndex = here ? 0 : -1
    }
    // with no cell chosen, Tab must still find a way in
    if (!table.querySelector('button[tabindex="0"]')) table.querySelector("button").tabIndex = 0
  }
  const heading = (text, scope, title) => {
    const cell = document.createElement("th")
    cell.scope = scope
    cell.textContent = text
    if (title) cell.title = title
    return cell
  }
  const margin = ({ text, title }) => {
    const cell = document.createElement("td")
    cell.className = "margin"
    cell.textContent = text
    cell.title = title
    return cell
  }

  const { margins } = data
  const head = document.createElement("tr")
  head.append(document.createElement("td"), ...data.columns.map((text) => heading(text, "col")))
  if (margins) head.append(heading("recall", "col", margins.recall))
  const rows = data.cells.map((cells, row) => {
    const line = document.createElement("tr")
    line.append(
      heading(data.rows[row], "row"),
      ...cells.map(({ text, title, color, picture }, column) => {
        const cell = document.createElement("td")
        const button = document.createElement("button")
        button.type = "button"
        button.dataset.cell = `${row},${column}`
        button.title = title
        button.setAttribute("aria-label", text ? `${text}: ${title}` : title) // begins with what is to be seen
        button.style.background = color
        if (picture) {
          const image = document.createElement("img")
          image.src = picture
          image.alt = ""
          button.append(image)
        } else {
          button.textContent = text
        }
        button.onclick = () => choose(row, column)
        cell.append(button)
        return cell
      }),
      ...(margins ? [margin(margins.recalls[row])] : []),
    )
    return line
  })
  table.classList.toggle("one-row", rows.length === 1) // named in words, "no digit"
  table.replaceChildren(head, ...rows)
  if (margins) {
    const foot = document.createElement("tr")
    const precision = heading("precision", "row", margins.precision)
    foot.append(precision, ...margins.precisions.map(margin), margin(margins.accuracy))
    table.append(foot)
  }
  mark(...data.chosen)
  // no scrolling: it would go back from the pictures behind the cell
  if (hadFocus) table.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true })

  table.onkeydown = (event) => {
    const from = parentElement.activeElement ?? table.getRootNode().activeElement
    if (!from?.dataset?.cell) return
    const to = table.querySelector(`[data-cell="${beside(from.dataset.cell, event.key)}"]`)
    if (!to) return
    event.preventDefault()
    from.tabIndex = -1
    to.tabIndex = 0
    to.focus()
  }
}
