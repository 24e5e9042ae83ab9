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
        let estimates = EstimatesController(service: service)
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
                Route("POST", "/v1/jobs", needs: .submit, body: job, jobs.submit),
                Route("POST", "/v1/jobs:validate", needs: .submit, body: job, on: .heavy, estimates.validateJob),
                Route("POST", "/v1/jobs:estimate", needs: .submit, body: job, on: .heavy, estimates.estimateJob),
                Route("GET", "/v1/jobs", needs: .read, jobs.list),
                Route("GET", "/v1/jobs/:id", needs: .read, fromMemory: jobs.showFromMemory, jobs.show),
                Route("DELETE", "/v1/jobs/:id", needs: .submit, jobs.delete),
                Route("POST", "/v1/jobs/:id/cancel", needs: .submit, jobs.cancel),
                Route("GET", "/v1/jobs/:id/history", needs: .read, jobs.history),
                Route("GET", "/v1/jobs/:id/events", needs: .read, jobs.events),
                Route("GET", "/v1/jobs/:id/weights", needs: .read, on: .heavy, models.weights),
                Route("POST", "/v1/jobs/:id/predictions", needs: .read, body: job, on: .heavy, models.predict),
                Route("GET", "/v1/jobs/:id/plots/cost", suffixes: formats, needs: .read, on: .heavy, plots.cost),
                Route(
                    "GET", "/v1/jobs/:id/plots/decision-boundary", suffixes: formats, needs: .read, on: .heavy,
                    plots.decisionBoundary
                ),
                Route("GET", "/v1/jobs/:id/plots/weights", suffixes: formats, needs: .read, on: .heavy, plots.weights),
                Route(
                    "GET", "/v1/jobs/:id/plots/gradients", suffixes: formats, needs: .read, on: .heavy, plots.gradients),
                Route(
                    "GET", "/v1/jobs/:id/plots/calibration", suffixes: formats, needs: .read, on: .heavy,
                    plots.calibration),
                Route(
                    "GET", "/v1/jobs/:id/plots/confusion", suffixes: formats, needs: .read, on: .heavy, plots.confusion),
                Route("GET", "/v1/jobs/:id/evaluation", needs: .read, on: .heavy, evaluations.evaluate),
                Route("GET", "/v1/jobs/:id/diagnosis", needs: .read, on: .heavy, evaluations.diagnose),
                Route("GET", "/v1/comparisons", needs: .read, on: .heavy, comparisons.compare),
                Route("POST", "/v1/gradient-checks", needs: .submit, body: job, on: .heavy, checks.check),
                Route("POST", "/v1/sweeps", needs: .submit, body: job, on: .heavy, sweeps.submit),
                Route("POST", "/v1/sweeps:validate", needs: .submit, body: job, on: .heavy, estimates.validateSweep),
                Route("GET", "/v1/sweeps", needs: .read, sweeps.list),
                Route("GET", "/v1/sweeps/:id", needs: .read, sweeps.show),
                Route("DELETE", "/v1/sweeps/:id", needs: .submit, sweeps.delete),
                Route("POST", "/v1/sweeps/:id/cancel", needs: .submit, sweeps.cancel),
                Route(
                    "GET", "/v1/sweeps/:id/plots/:parameter", suffixes: formats, needs: .read, on: .heavy, sweeps.plot),
                Route("POST", "/v1/datasets", needs: .submit, body: upload, on: .heavy, datasets.upload),
                Route("GET", "/v1/datasets", needs: .read, datasets.list),
                Route("GET", "/v1/datasets/:id", needs: .read, datasets.show),
                Route("DELETE", "/v1/datasets/:id", needs: .submit, datasets.delete),
                Route("GET", "/livez", needs: nil, on: .immediate, health.live),
                Route("GET", "/readyz", needs: nil, health.ready),
                Route("GET", "/metrics", needs: .read, metrics.show),
                Route("GET", "/openapi.yaml", needs: nil, health.openAPI),
            ], entrance: Entrance(gatekeeper: service.gatekeeper, limiter: service.rateLimiter), disk: service.disk,
            report: service.report)
    }
}
