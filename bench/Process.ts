/** What a process uses, as Linux tells from outside: nothing is added to what is measured. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"

/** Milliseconds of CPU since the start, user and system, of its threads: those of Node.js live as long as it does. */
export const cpuMillis = (pid: number) =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]))
    .reduce((sum, nanos) => sum + nanos, 0) / 1e6

/** Clock ticks of `/proc` in a second. */
const ticks = 100

/** Milliseconds of CPU of all processes that we started and that have ended. */
export const cpuMillisOfEnded = () => {
  const stat = readFileSync("/proc/self/stat", "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number)
  return ((fields[13] ?? 0) + (fields[14] ?? 0)) * 1000 / ticks
}

const megabytes = (pid: number, field: string) => {
  const [, kilobytes = "0"] =
    new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8")) ??
      []
  return Number(kilobytes) * 1024 / 1e6
}

/** Resident memory. */
export const rss = (pid: number) => megabytes(pid, "VmRSS")

/** The most of it since the last reset. */
export const peak = (pid: number) => megabytes(pid, "VmHWM")

export const resetPeak = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, "5")

/** Another program of this folder; it ends with us. */
export interface Started<Word> {
  readonly child: ChildProcess
  readonly pid: number
  /** The first thing that it said. */
  readonly word: Word
}

export const start = async <Word>(
  file: string,
  args: ReadonlyArray<string>,
  nodeFlags: ReadonlyArray<string> = []
): Promise<Started<Word>> => {
  const child = fork(new URL(file, import.meta.url), args, { serialization: "advanced", execArgv: [...nodeFlags] })
  return { child, pid: child.pid ?? 0, word: await nextWord(child) }
}

/** What another program of this folder answers. */
export const ask = <Word>(child: ChildProcess, question: string | Uint8Array): Promise<Word> => {
  const answer = nextWord<Word>(child)
  child.send(question)
  return answer
}

const nextWord = async <Word>(child: ChildProcess): Promise<Word> => {
  const waiting = new AbortController()
  const ended = once(child, "exit", waiting).then(() => {
    throw new Error(`${child.spawnargs.join(" ")} has ended`)
  })
  const [word] = await Promise.race([once(child, "message", waiting), ended]).finally(() => waiting.abort())
  return word
}

export const stop = async (child: ChildProcess) => {
  if (child.exitCode !== null) return
  const ended = once(child, "exit")
  child.kill()
  await ended
}

export const sleep = (millis: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, millis)
  })
