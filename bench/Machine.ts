/** What it was measured on, without which no figure says anything. */
import { readFileSync } from "node:fs"
import { cpus, release, totalmem, type } from "node:os"

export const describe = () => {
  const models = cpus().map(({ model }) => model.trim())
  const memory = (totalmem() / 1e9).toFixed(0)
  return `Node.js ${process.version}, ${type()} ${release()}, ${models.length} x ${models[0]}, ${memory} GB of memory`
}

/** So many files a process may have open at once. */
export const openFiles = () => {
  const text = readFileSync("/proc/self/limits", "utf8")
  return Number(/^Max open files +(\d+)/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY)
}
