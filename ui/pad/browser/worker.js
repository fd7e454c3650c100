// Reads drawings beside the page, so that the pen never waits. What the page sends, and what it gets:
//
//   {kind: "load", urls: {cnn: "...", detector: "..."}}
//       -> {kind: "loaded", names: ["cnn", "detector"]}, all that there are by now
//       or {kind: "failed", why}
//   {kind: "read", id, model: "cnn", inside: false, strokes: [{points: [[x, y], ...], width}, ...]}
//       in pixels of the pad; their picture is the server's, bit for bit
//       -> {kind: "read", id, model, seen, probabilities, score, photo, inside}
//          seen: Float32Array(784) or null without ink; probabilities: Float32Array(10) or null; score: how much it
//          looks like a digit, in [0, 1]; photo: there is too much ink for an answer here; inside: if asked for,
//          [{name, width, height, channels, values: Float32Array}], the model's layers that have a name
//       or {kind: "failed", id, why}

import { parse } from "./network.js"
import { render } from "./raster.js"
import { toMnist } from "./to_mnist.js"

const SIZE = 280
const DETECTOR = "detector"

/** Networks by name, and what they say about a picture. */
export class Reader {
  #networks = new Map()

  get names() {
    return [...this.#networks.keys()]
  }

  /** Throws DamagedFile. */
  add(name, buffer) {
    this.#networks.set(name, parse(buffer))
  }

  has(name) {
    return this.#networks.has(name)
  }

  /** What the page gets for a picture of size * size pixels, grey or RGBA. */
  read(pixels, model, inside = false) {
    const { seen, photo } = toMnist(pixels, SIZE, SIZE)
    if (!seen) return { seen, probabilities: null, score: 0, photo }
    const network = this.#network(model)
    const probabilities = network.run(seen).slice()
    const score = 1 - this.#network(DETECTOR).run(seen)[10]
    return { seen, probabilities, score, photo, inside: inside ? network.inside() : undefined }
  }

  #network(name) {
    const network = this.#networks.get(name)
    if (!network) throw new Error(`There is no network ${name} here.`)
    return network
  }
}

/** One message of the page: the answer, and what of it is handed over instead of copied. */
export async function answer(reader, message) {
  const { kind, id } = message
  try {
    if (kind === "load") return [await load(reader, message.urls), []]
    if (kind !== "read") throw new Error(`What is ${kind}?`)
    const found = reader.read(render(message.strokes, SIZE), message.model, message.inside)
    const maps = (found.inside ?? []).map(({ values }) => values.buffer)
    const buffers = found.seen ? [found.seen.buffer, found.probabilities.buffer, ...maps] : []
    return [{ kind, id, model: message.model, ...found }, buffers]
  } catch (error) {
    return [{ kind: "failed", id, why: error.message }, []]
  }
}

async function load(reader, urls) {
  const missing = Object.entries(urls).filter(([name]) => !reader.has(name))
  const files = await Promise.all(missing.map(([, url]) => fetched(url)))
  for (const [i, [name]] of missing.entries()) reader.add(name, files[i])
  return { kind: "loaded", names: reader.names }
}

async function fetched(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return response.arrayBuffer()
}

// Node's tests import this file, too
if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) {
  const reader = new Reader()
  addEventListener("message", async ({ data }) => postMessage(...(await answer(reader, data))))
}
