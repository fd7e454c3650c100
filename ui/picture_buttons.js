// A row of pictures that are buttons. Sends the number of the one that was pressed.
export default function ({ data, parentElement, setTriggerValue }) {
  const row = parentElement.querySelector(".row")
  const wanted = JSON.stringify(data.pictures)
  if (row.dataset.shown === wanted) return // a rerun: keep the buttons, and the focus on one of them
  row.dataset.shown = wanted
  row.replaceChildren(
    ...data.pictures.map(({ url, label }, number) => {
      const button = document.createElement("button")
      button.type = "button"
      button.setAttribute("aria-label", label)
      button.title = label
      const picture = document.createElement("img")
      picture.src = url
      picture.alt = ""
      button.append(picture)
      button.onclick = () => setTriggerValue("pressed", number)
      return button
    }),
  )
}
