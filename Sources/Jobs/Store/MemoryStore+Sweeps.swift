extension MemoryStore {
    /// Begins a sweep.
    public func submitSweep(_ submission: SweepSubmission) throws(StoreError) -> Sweep {
        let sweep = Sweep(submission, createdAt: clock())
        return try state.withLock { (state) throws(StoreError) in
            if let id = try state.target(of: submission.identity) {
                guard let sweep = state.sweeps[id] else { throw .keySpent }
                return sweep
            }
            try state.check(submission)
            _ = try state.sweeps.append(sweep, id: sweep.id.description, owner: sweep.owner)
            state.keep(submission.contents)
            state.note(submission.identity, for: sweep.id.description, at: sweep.createdAt)
            return sweep
        }
    }

    /// One sweep.
    public func sweep(_ id: SweepID) -> Sweep? { state.withLock { $0.sweeps[id.description] } }

    /// Sweeps, newest first.
    public func listSweeps(
        status: SweepStatus?, owner: String?, after: SweepID?, limit: Int
    ) throws(StoreError) -> Page<Sweep> {
        try state.withLock { (state) throws(StoreError) in
            let found = try state.sweeps.newestFirst(owner: owner, after: after?.description, limit: limit) {
                (status == nil || $0.status == status) && (owner == nil || $0.owner == owner)
            }
            return Page(found, limit: max(1, limit))
        }
    }

    /// Sweeps that run or are being cancelled.
    public func unfinishedSweeps() -> [Sweep] {
        state.withLock { state in state.sweeps.places.compactMap { state.sweeps[$0] }.filter { !$0.status.isTerminal } }
    }

    /// The jobs of a sweep.
    public func runs(of id: SweepID) -> [SweepRun] {
        state.withLock { state in
            state.places(of: id).compactMap { state.jobs[$0].flatMap { SweepRun($0.job) } }
        }
    }

    /// Puts other trials in the place of a running sweep's trials.
    public func extendSweep(_ id: SweepID, trials: [UInt8]) -> Bool { change(id) { $0.extend(trials: trials) } }

    /// Notes that a running sweep tries no more.
    public func endSearch(of id: SweepID, _ end: SearchEnd) -> Bool { change(id) { $0.endSearch(end) } }

    /// Asks for cancellation.
    public func requestCancelSweep(_ id: SweepID) -> SweepCancelOutcome {
        _ = change(id) { $0.requestCancel() }
        return sweep(id).map { SweepCancelOutcome(after: $0) } ?? .unknown
    }

    /// Ends a sweep.
    public func finishSweep(_ id: SweepID, _ ending: SweepEnding) -> Bool {
        change(id) { $0.finish(ending, at: clock()) }
    }

    /// Forgets a finished sweep and its jobs.
    public func deleteSweep(_ id: SweepID) -> SweepDeleteOutcome {
        state.withLock { state in
            guard let sweep = state.sweeps[id.description] else { return .unknown }
            let jobs = state.places(of: id).compactMap { state.jobs[$0]?.job }
            guard sweep.status.isTerminal, jobs.allSatisfy(\.status.isTerminal) else { return .conflict(sweep) }
            for job in jobs {
                state.jobs.remove(job.id.description)
                state.counts[job.status, default: 0] -= 1
                if let membership = job.sweep { state.sweepPlaces[membership] = nil }
            }
            state.sweeps.remove(id.description)
            state.release(sweep.tableHash)
            return .deleted(sweep, jobs: jobs.map(\.id))
        }
    }

    private func change(_ id: SweepID, _ step: (inout Sweep) -> Bool) -> Bool {
        state.withLock { state in
            guard let place = state.sweeps.place(of: id.description), var sweep = state.sweeps[place], step(&sweep)
            else {
                return false
            }
            state.sweeps[place] = sweep
            return true
        }
    }
}

extension MemoryStore.State {
    /// Throws where too many sweeps run for `submission`.
    fileprivate func check(_ submission: SweepSubmission) throws(StoreError) {
        let owners = sweeps.places.compactMap { sweeps[$0] }.filter { !$0.status.isTerminal }.map(\.owner)
        do {
            try submission.limits.check(
                submission.owner, all: { owners.count }, ofOwner: { owner in owners.count { $0 == owner } })
        } catch {
            throw error as? StoreError ?? .unavailable("\(error)")
        }
    }

    /// Places of a sweep's jobs, in the order they were submitted.
    fileprivate func places(of id: SweepID) -> [Int] {
        sweepPlaces.filter { $0.key.sweep == id }.map(\.value).sorted()
    }
}

extension SweepFilter {
    /// Whether a list has `job`.
    func includes(_ job: Job) -> Bool {
        switch self {
        case .only(let id): job.sweep?.sweep == id
        case .outside: job.sweep == nil
        }
    }
}
