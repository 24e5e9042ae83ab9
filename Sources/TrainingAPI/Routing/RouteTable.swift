import HTTPDaemon

extension Router {
    /// Every path of the service.
    init(_ service: TrainingService) {
        let jobs = JobsController(service: service)
        let models = ModelsController(service: service)
        let plots = PlotsController(service: service)
        let formats = PlotFormat.suffixes
        let evaluations = EvaluationsController(service: service)
        let comparisons = ComparisonsController(service: service)
        let checks = GradientChecksController(service: service)
        let sweeps = SweepsController(service: service)
        let datasets = DatasetsController(service: service)
        let health = HealthController(service: service)
        let metrics = MetricsController(registry: service.metrics)
        let job = Route.Body.json(limit: service.limits.jobBytes)
        let upload = Route.Body.upload(
            limit: service.limits.datasetBytes, directory: service.uploadDirectory,
            mediaTypes: DatasetsController.mediaTypes)
        self.init(
            routes: [
                Route("POST", "/v1/jobs", body: job, jobs.submit),
                Route("GET", "/v1/jobs", jobs.list),
                Route("GET", "/v1/jobs/:id", fromMemory: jobs.showFromMemory, jobs.show),
                Route("DELETE", "/v1/jobs/:id", jobs.delete),
                Route("POST", "/v1/jobs/:id/cancel", jobs.cancel),
                Route("GET", "/v1/jobs/:id/history", jobs.history),
                Route("GET", "/v1/jobs/:id/events", jobs.events),
                Route("GET", "/v1/jobs/:id/weights", on: .heavy, models.weights),
                Route("POST", "/v1/jobs/:id/predictions", body: job, on: .heavy, models.predict),
                Route("GET", "/v1/jobs/:id/plots/cost", suffixes: formats, on: .heavy, plots.cost),
                Route(
                    "GET", "/v1/jobs/:id/plots/decision-boundary", suffixes: formats, on: .heavy, plots.decisionBoundary
                ),
                Route("GET", "/v1/jobs/:id/plots/weights", suffixes: formats, on: .heavy, plots.weights),
                Route("GET", "/v1/jobs/:id/plots/gradients", suffixes: formats, on: .heavy, plots.gradients),
                Route("GET", "/v1/jobs/:id/plots/calibration", suffixes: formats, on: .heavy, plots.calibration),
                Route("GET", "/v1/jobs/:id/plots/confusion", suffixes: formats, on: .heavy, plots.confusion),
                Route("GET", "/v1/jobs/:id/evaluation", on: .heavy, evaluations.evaluate),
                Route("GET", "/v1/jobs/:id/diagnosis", on: .heavy, evaluations.diagnose),
                Route("GET", "/v1/comparisons", on: .heavy, comparisons.compare),
                Route("POST", "/v1/gradient-checks", body: job, on: .heavy, checks.check),
                Route("POST", "/v1/sweeps", body: job, on: .heavy, sweeps.submit),
                Route("GET", "/v1/sweeps", sweeps.list),
                Route("GET", "/v1/sweeps/:id", sweeps.show),
                Route("DELETE", "/v1/sweeps/:id", sweeps.delete),
                Route("POST", "/v1/sweeps/:id/cancel", sweeps.cancel),
                Route("GET", "/v1/sweeps/:id/plots/:parameter", suffixes: formats, on: .heavy, sweeps.plot),
                Route("POST", "/v1/datasets", body: upload, on: .heavy, datasets.upload),
                Route("GET", "/v1/datasets", datasets.list),
                Route("GET", "/v1/datasets/:id", datasets.show),
                Route("DELETE", "/v1/datasets/:id", datasets.delete),
                Route("GET", "/livez", on: .immediate, health.live),
                Route("GET", "/readyz", health.ready),
                Route("GET", "/metrics", metrics.show),
                Route("GET", "/openapi.yaml", on: .immediate, health.openAPI),
            ], report: service.report)
    }
}
