/** Faults that take more than one node or API to tell: the names of their tests, and what those show, for docs/faults.md. */

export interface Scenario {
  readonly name: string
  readonly meanwhile: string
  readonly afterwards: string
}

export const nodes = {
  hangs: {
    name: "one node hangs and the others keep their freshness",
    meanwhile: "the others get three new values while one and the same request waits; the node's last value stands",
    afterwards: "fresh with the first scrape that is answered"
  },
  failsOnce: {
    name: "one failed scrape leaves no gap",
    meanwhile: "node and pods are in every list",
    afterwards: "the next scrape gives a value of the whole time since the last good one"
  },
  half: {
    name: "half of all nodes hang and the other half does not notice",
    meanwhile: "the others as fresh as ever; `/readyz` and `/livez` are 200",
    afterwards: "fresh with the first scrape that is answered"
  },
  expires: {
    name: "a node that fails for longer than the retention goes with its pods, and with no others",
    meanwhile: "404, whose `details.causes` say `ScrapeFailed`, the reason, and what happened",
    afterwards: "back with the second scrape: rates need two"
  },
  all: {
    name: "all nodes fail for longer than the retention",
    meanwhile: "`/readyz` is 500 and says: 2 of 2 nodes, the reason, and what to do; `/livez` is 200",
    afterwards: "ready with the second scrape"
  },
  leaves: {
    name: "a node that is removed while its kubelet hangs is forgotten at once",
    meanwhile: "neither its value nor a series with its name is left; its request is broken off",
    afterwards: ""
  },
  moves: {
    name: "a pod that moves to another node is served all the time, once",
    meanwhile: "its last value stands until the new node has been read twice",
    afterwards: "it is served by its new node alone"
  },
  twice: {
    name: "a pod that two kubelets report is of the one where it started last",
    meanwhile: "only that one's values are served",
    afterwards: ""
  }
} satisfies Record<string, Scenario>

export const apiServer = {
  early: {
    name: "away at the start",
    meanwhile:
      "the server answers, `/readyz` is 500 and `/livez` 200, nobody is let in; a warning for every list it wants",
    afterwards: "without a restart lists come, nodes are read, clients are let in"
  },
  away: {
    name: "away later",
    meanwhile: "values as fresh as ever, `/readyz` and `/livez` are 200; who comes with a certificate is let in",
    afterwards: "what changed is known with the next watch, within half a minute at most"
  },
  restarts: {
    name: "restarted",
    meanwhile: "nothing is lost",
    afterwards: "watches go on from the last version that was seen"
  },
  restored: {
    name: "restored from a backup, with versions far above",
    meanwhile: "nothing is lost",
    afterwards: "what was watched is listed again"
  },
  silent: {
    name: "behind a firewall that forgot its watches, which stay open and silent",
    meanwhile: "values as fresh as ever; changes are not known",
    afterwards: "a watch without a word for 150 s, bookmarks included, is given up for another one"
  },
  malformed: {
    name: "telling of an object without a name",
    meanwhile:
      "it is skipped, logged, and counted by `resource_metrics_watch_malformed_objects_total`; no other is lost",
    afterwards: "the next event that tells of it corrects it"
  },
  reviews: {
    name: "refusing its reviews",
    meanwhile: "nobody is let in who has to be asked about: 401 without TokenReviews, 500 without SubjectAccessReviews",
    afterwards: "the next request is let in"
  },
  busy: {
    name: "telling of thousands of changes a second",
    meanwhile: "probes are answered; values as fresh as ever",
    afterwards: "the last of them is known"
  },
  churn: {
    name: "adding and removing nodes while they are scraped",
    meanwhile: "those that stay are as fresh as ever",
    afterwards: "no value and no series of the others is left"
  }
} satisfies Record<string, Scenario>

export const ourselves = {
  ahead: {
    name: "its clock is set an hour ahead",
    meanwhile: "everything stays served, `/livez` and `/readyz` are 200; timestamps are the kubelets' own",
    afterwards: "fresh with the next scrape"
  },
  back: {
    name: "its clock is set back by an hour",
    meanwhile: "the same; and what is not read any more expires when it should",
    afterwards: "fresh with the next scrape"
  },
  stalls: {
    name: "nothing of it runs for three resolutions",
    meanwhile: "nobody is answered",
    afterwards: "everything is served at once, and fresh with the next scrape"
  },
  stops: {
    name: "it is told to stop under load: SIGTERM",
    meanwhile: "no connection is taken any more; what is under way is answered",
    afterwards: "exit code 0"
  },
  soak: {
    name: "2000 nodes and 20 000 pods come and go",
    meanwhile: "the others stay served",
    afterwards: "memory and series are where they were"
  }
} satisfies Record<string, Scenario>
