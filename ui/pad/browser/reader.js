// Reads what is on the pad, as often as there is time for it: the worker (worker.js) does the arithmetic, so that the
// pen never waits. One picture is on its way at a time; what came since is read next.
import { onSheet } from "./hand.js"
import { strokes } from "./strokes.js"

// "read" with the worker's answer in `detail`; "ready" once it can
export const reader = new EventTarget()

let worker = null
let model = null // its name, as in model_zoo
let join = null // how its answer is joined with that of the reader of strokes: {weight, temperature}
let inside = false
let ready = false
let busy = false
let again = false
let number = 0

// Load a model and what comes with it: {cnn: url, detector: url, strokes: url}. Where a browser is too old, or a file
// doesn't come, nothing is read here: the server's answer comes after each stroke in any case.
export function use(name, urls, workerUrl, joinedBy) {
  model = name
  join = joinedBy
  ready = false
  try {
    worker ??= start(workerUrl)
    worker.postMessage({ kind: "load", urls })
  } catch {
    // a browser without workers
  }
}

function start(url) {
  const made = new Worker(url, { type: "module" })
  made.addEventListener("message", ({ data }) => {
    if (data.kind === "loaded") {
      ready = data.names.includes(model)
      if (ready) reader.dispatchEvent(new Event("ready"))
    } else if (data.kind === "read") {
      busy = false
      if (data.model === model) reader.dispatchEvent(new CustomEvent("read", { detail: data }))
      if (again) look()
    } else if (data.kind === "failed") busy = false
  })
  made.addEventListener("error", (event) => {
    event.preventDefault() // an old browser that knows no modules in workers: nobody needs to be told
    ready = false
  })
  return made
}

export function lookInside(on) {
  inside = on
}

// Read the pad as it is now, or as soon as the picture before has been read.
export function look() {
  if (!ready) return
  again = busy
  if (busy) return
  busy = true
  number += 1
  worker.postMessage({ kind: "read", id: number, strokes: onSheet() ?? strokes(), model, join, inside })
}
