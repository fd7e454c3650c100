// A row of pictures that are buttons. Sends the number of the one that was pressed.
export default function ({ data, parentElement, setTriggerValue }) {
  const row = parentElement.querySelector(".row")
  row.style.setProperty("--side", `${data.side}px`)
  row.classList.toggle("fixed", Boolean(data.columns))
  row.style.setProperty("--columns", data.columns)
  row.style.setProperty("--half", Math.ceil(data.columns / 2)) // a finger is wider than a mouse pointer
  const wanted = JSON.stringify(data.pictures)
  if (row.dataset.shown === wanted) return // a rerun: keep the buttons, and the focus on one of them
  row.dataset.shown = wanted
  row.replaceChildren(
    ...data.pictures.map(({ url, label, caption }, number) => {
      const button = document.createElement("button")
      button.type = "button"
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
}
