/** Is every kubelet reached, with the configured addresses, port, TLS and credentials? What fails alike is told together. */
import { Array, Clock, Effect, Result } from "effect"
import { type AddressOptions, candidates } from "../discover/Address.ts"
import * as Pem from "../Pem.ts"
import { KubeletTls } from "../scrape/KubeletTls.ts"
import * as Finding from "./Finding.ts"
import { ShownCertificate } from "./ShownCertificate.ts"
import * as Survey from "./Survey.ts"
import * as Trouble from "./Trouble.ts"

const { broken, ok, warning } = Finding.of("kubelets")

export const check = Effect.fnUntraced(function*(options: AddressOptions & { readonly insecure: boolean }) {
  const looks = yield* (yield* Survey.Survey).looks
  const { look } = yield* ShownCertificate
  const { ca = "" } = yield* (yield* KubeletTls).current
  const circumstances: Trouble.Circumstances = {
    now: yield* Clock.currentTimeMillis,
    authorities: Result.getOrElse(Pem.certificates(ca), () => []),
    preferredTypes: options.preferredTypes
  }
  const troubles = yield* Effect.forEach(looks, ({ node, outcome }) => {
    if (Result.isSuccess(outcome)) return Effect.succeedNone
    const trouble = Trouble.of(node, outcome.failure)
    const [dialled] = candidates(node, options)
    if (dialled === undefined || !Trouble.isOfTls(outcome.failure)) return Effect.succeedSome(trouble)
    return look(dialled, dialled.address).pipe(
      Effect.map((chain) => Trouble.explain(trouble, chain, dialled.address, circumstances)),
      Effect.orElseSucceed(() => trouble),
      Effect.asSome
    )
  }, { concurrency: Survey.concurrency })
  return judge(looks.length, Array.getSomes(troubles), options.insecure)
})

/** Of how many nodes, and which of them are in trouble. */
export const judge = (
  nodes: number,
  troubles: ReadonlyArray<Trouble.Trouble>,
  insecure: boolean
): ReadonlyArray<Finding.Finding> => {
  if (nodes === 0) return [broken("nodes", "there are none", "see --node-selector, and kubectl get nodes")]
  const alike = Array.groupBy(troubles, ({ node, reason, remedy }) => `${node.ready} ${reason} ${remedy}`)
  const failing = Object.values(alike)
    .toSorted((a, b) => b.length - a.length)
    .map((troubles) => ofAlike(nodes, troubles))
  const well = nodes - troubles.length
  const verified = insecure ? ", whoever signed their certificates (--kubelet-insecure-tls)" : ""
  return well === 0
    ? failing
    : [...failing, ok(`${well} of ${nodes} nodes`, `their kubelets answer as configured${verified}`)]
}

const ofAlike = (nodes: number, troubles: Array.NonEmptyReadonlyArray<Trouble.Trouble>) => {
  const [{ address, detail, node, reason, remedy }] = troubles
  const names = Finding.examples(troubles.map(({ node }) => node.name))
  const subject = `${troubles.length} of ${nodes} nodes (${names})`
  const at = address === "" ? "" : ` at ${address}`
  const seen = `${node.name}${at}: ${detail} (${reason})`
  return node.ready
    ? broken(subject, seen, remedy)
    : warning(subject, `${seen}; not Ready`, `see first why it is not Ready: kubectl describe node; then ${remedy}`)
}
