/**
 * Names of kubelets: one question at a time for each, however many wait for the answer. Requests that are broken off leave theirs
 * behind, and libuv has a few answered at a time: names that nobody answers for would keep all others waiting, longer and longer.
 */
import { lookup as ask } from "node:dns"
import type { LookupFunction } from "node:net"

type Answered = Parameters<LookupFunction>[2]

const waiting = new Map<string, Array<Answered>>()

export const lookup: LookupFunction = (name, options, answered) => {
  const question = JSON.stringify([name, options])
  const others = waiting.get(question)
  if (others !== undefined) return void others.push(answered)
  const all = [answered]
  ask(name, options, (...answer) => {
    waiting.delete(question)
    for (const answered of all) answered(...answer)
  })
  // Not before it is asked: Node.js throws at what can be no name. The answer never comes in the same turn.
  waiting.set(question, all)
}
