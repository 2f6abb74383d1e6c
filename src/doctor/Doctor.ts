/** The doctor: looks for what operators trip over, all of it at the same time, and tells everything worst first. */
import { Array, Clock, Console, Effect, type FileSystem, Layer, Option, type Path, Schema, type Scope } from "effect"
import { Kube, type KubeError, type KubeOptions } from "../kube/Kube.ts"
import type { PemFileError } from "../PemFile.ts"
import { Kubelet } from "../scrape/Kubelet.ts"
import { KubeletClient } from "../scrape/KubeletClient.ts"
import { KubeletTls } from "../scrape/KubeletTls.ts"
import { asksCluster } from "../serve/auth/AuthenticationConfig.ts"
import * as Account from "./Account.ts"
import * as Aggregation from "./Aggregation.ts"
import * as ApiServices from "./ApiServices.ts"
import type { DoctorOptions } from "./DoctorOptions.ts"
import * as Finding from "./Finding.ts"
import * as KubeApiServer from "./KubeApiServer.ts"
import * as Kubelets from "./Kubelets.ts"
import * as PemFiles from "./PemFiles.ts"
import * as Pods from "./Pods.ts"
import * as Readings from "./Readings.ts"
import * as Report from "./Report.ts"
import * as Rights from "./Rights.ts"
import * as ServingCertificate from "./ServingCertificate.ts"
import { ShownCertificate } from "./ShownCertificate.ts"
import { Survey } from "./Survey.ts"

/** Something is broken, and was told. */
export class Unwell extends Schema.TaggedError<Unwell>()("Unwell", { broken: Schema.Int }) {
  override get message() {
    return `${this.broken} broken`
  }
}

/** Prints the report, and fails if something is broken. */
export const run = Effect.fn("Doctor.run")(function*(options: DoctorOptions) {
  const findings = yield* examine(options)
  const report = Report.make(findings, yield* Clock.currentTimeMillis)
  yield* Console.log(options.doctor.output === "json" ? Report.json(report) : Report.text(report))
  const { broken } = report.summary
  if (broken > 0) return yield* new Unwell({ broken })
})

/** The way to kubelets. Connections are not kept: in the server's pod, there is no room for as many again. */
const kubelets = ({ kubelet }: DoctorOptions) =>
  Layer.provideMerge(KubeletClient.layer({ ...kubelet, maxIdleConnections: 0 }), KubeletTls.layer(kubelet))

type Findings = ReadonlyArray<Finding.Finding>

/** One of the questions of a check. */
type Made = Effect.Effect<
  Findings,
  Finding.Unchecked | KubeError | PemFileError,
  Kube | FileSystem.FileSystem | Path.Path | Scope.Scope | ShownCertificate
>

/** Without the kube-apiserver nothing else can be checked. */
export const examine = (options: DoctorOptions) =>
  Effect.gen(function*() {
    const api = yield* KubeApiServer.check(sourceOf(options.server.kubeconfig))
    return api.severity === "broken" ? withoutApi(options, api) : [api, ...yield* checkAll(options)]
  }).pipe(
    Effect.provide([Kube.layer(options.server), ShownCertificate.layer]),
    Effect.catchTag("KubeError", (error) => Effect.succeed(withoutApi(options, KubeApiServer.withoutAccess(error))))
  )

const sourceOf = (kubeconfig: Option.Option<string>) =>
  Option.isSome(kubeconfig) ? `kubeconfig ${kubeconfig.value}` : "the service account of this pod"

const withoutApi = ({ doctor }: DoctorOptions, api: Finding.Finding): Findings => [
  api,
  ...doctor.checks.filter((check) => check !== api.check).map((check) =>
    Finding.of(check).unknown(Finding.behind("the kube-apiserver"))
  )
]

const checkAll = Effect.fnUntraced(function*(options: DoctorOptions) {
  const { kubelet, server, serving } = options
  const survey = yield* Effect.cached(Layer.build(
    Survey.layer(server).pipe(Layer.provide(Kubelet.layer(kubelet)), Layer.provideMerge(kubelets(options)))
  ))
  const surveyed = <A, E, R>(check: Effect.Effect<A, E, R>) =>
    Effect.flatMap(survey, (context) => Effect.provide(check, context))

  const checks: Readonly<Record<Finding.Check, ReadonlyArray<Made>>> = {
    "kube-apiserver": [],
    rights: rightsBy(options),
    aggregation: [
      asking(authenticator(options), Aggregation.check(delegation(options))),
      ...PemFiles.authorities(delegation(options))
    ],
    "api-services": [ApiServices.check(server.versions)],
    "serving-certificate": [ServingCertificate.check(serving), ...PemFiles.pairs(serving)],
    kubelets: [surveyed(Kubelets.check(kubelet))],
    readings: [Effect.catchTag(surveyed(Readings.check), "PemFileError", noWay)],
    pods: [Effect.catchTag(surveyed(Pods.check), "PemFileError", noWay)]
  }
  const wanted = Finding.checks.filter((check) => options.doctor.checks.includes(check))
  const findings = yield* Effect.forEach(
    wanted.flatMap((check) => checks[check].map((it) => concluded(check, it))),
    (check) => check,
    { concurrency: "unbounded" }
  )
  return findings.flat()
}, Effect.scoped)

/** Whom to believe, as the server is told it. */
const delegation = ({ authentication, frontProxy }: DoctorOptions) => ({ ...authentication, requestHeader: frontProxy })

/** Who is asked whom to believe. */
const authenticator = ({ authentication: { kubeconfig } }: DoctorOptions): KubeOptions => ({
  kubeconfig,
  flag: "--authentication-kubeconfig"
})

/** What the server needs to do, by the kubeconfig with which it does it: one that is for reviews alone is the server's own. */
const rightsBy = (options: DoctorOptions) => {
  const { authorization, server } = options
  const lookup = asksCluster(delegation(options)) ? Rights.lookup : []
  const all = [
    { kubeconfig: Option.none<string>(), rights: Rights.own },
    { ...authenticator(options), rights: [...Rights.authentication, ...lookup] },
    { kubeconfig: authorization.kubeconfig, flag: "--authorization-kubeconfig", rights: Rights.authorization }
  ]
  const grouped = Array.groupBy(all, ({ kubeconfig }) => Option.getOrElse(kubeconfig, () => ""))
  return Object.values(grouped).map((group) => {
    const [first] = group
    const { kubeconfig } = first
    const rights = group.flatMap(({ rights }) => rights)
    const account = Option.isSome(kubeconfig) ? Effect.succeedNone : Account.find
    const asker = userOf(Option.orElse(kubeconfig, () => server.kubeconfig))
    return asking(first, Effect.flatMap(account, (account) => Rights.check(rights, account, asker)))
  })
}

const userOf = (kubeconfig: Option.Option<string>) =>
  Option.isSome(kubeconfig) ? `the user of ${sourceOf(kubeconfig)}` : sourceOf(kubeconfig)

/** With the kube-apiserver of a kubeconfig of its own, where one is given. */
const asking = <A, E, R>(options: KubeOptions, check: Effect.Effect<A, E, R>) =>
  Option.isSome(options.kubeconfig) ? Effect.provide(check, Kube.layer(options)) : check

const noWay = () => Effect.fail(Finding.behind("the kubelets"))

/** What a check found; and what kept it from finding anything, if it is a finding itself. */
const concluded = (check: Finding.Check, made: Made) => {
  const { broken, unknown } = Finding.of(check)
  return Effect.catchTags(made, {
    Unchecked: (error) => Effect.succeed([unknown(error)]),
    KubeError: ({ advice, problems, source }) => Effect.succeed([broken(source, problems.join("; "), advice)]),
    PemFileError: (error) => Effect.succeed([broken(PemFiles.titleOf(error), error.problem, error.remedy)])
  })
}
