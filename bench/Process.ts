/** What a process uses, as Linux tells from outside: nothing is added to what is measured. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"

/** Clock ticks of `/proc` in a second. */
const ticks = 100

/** Milliseconds of CPU since the start, user and system. */
export const cpuMillis = (pid: number) => millis(pid, 11)

/** The same of all processes that it started and that have ended. */
export const cpuMillisOfEnded = (pid: number) => millis(pid, 13)

const millis = (pid: number, field: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[field]) + Number(fields[field + 1])) * 1000 / ticks
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

/** Another program of this folder, once it has said its first word; it ends with us. */
export const start = async <Word>(
  file: string,
  args: ReadonlyArray<string>
): Promise<{ readonly child: ChildProcess; readonly pid: number; readonly word: Word }> => {
  const child = fork(new URL(file, import.meta.url), args, { serialization: "advanced" })
  const [word] = await once(child, "message")
  return { child, pid: child.pid ?? 0, word }
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
