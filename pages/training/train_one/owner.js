// Remembers in the tab whose trainings these are, so that a reload finds them again.
const KEY = "digitlab-trainings"

export default function ({ data, parentElement, setStateValue }) {
  const mark = parentElement.querySelector("span")
  const kept = sessionStorage.getItem(KEY)
  if (kept && kept !== data.owner && !mark.dataset.asked) {
    mark.dataset.asked = "yes" // once: the server may know nothing of them any more
    setStateValue("owner", kept)
    return
  }
  sessionStorage.setItem(KEY, data.owner)
}
