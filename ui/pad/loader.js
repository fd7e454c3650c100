// The work is done by a module of ui/pad/browser/, which a browser keeps.
export default function (component) {
  const address = new URL(component.data.module, location.origin) // this script is a blob, which has no address
  const ends = import(address).then((module) => module.default(component))
  return () => ends.then((end) => end())
}
