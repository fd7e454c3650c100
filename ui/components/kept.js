// Tells the server what the tab keeps under a name, once for each time that it changes.
const told = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const mark = parentElement.querySelector("span")
  const text = data.put ?? read(data.name)
  if (data.put !== null) write(data.name, data.put)
  if (told.get(mark) === text) return
  told.set(mark, text)
  setStateValue("text", text)
}

function read(name) {
  try {
    return sessionStorage.getItem(name) ?? ""
  } catch {
    return "" // a browser that keeps nothing
  }
}

function write(name, text) {
  try {
    sessionStorage.setItem(name, text)
  } catch {
    // then it lasts until the tab is loaded anew
  }
}
