import JSONDocument
import Perceptron

extension NetworkSettings {
    /// Writes the resolved `network` object. Starting weights are named, not repeated; without them a client may send it
    /// back.
    public func write(to json: inout JSONWriter, initialWeightsHash: String?) {
        json.object { json in
            json.array("hidden_layers") { json in hiddenLayers.forEach { json.value($0.units) } }
            json.array("activation") { json in hiddenLayers.forEach { json.value($0.activation.rawValue) } }
            json.array("keep_prob") { json in hiddenLayers.forEach { json.value($0.keepProb) } }
            json.member("input_keep_prob", inputKeepProb)
            json.member("batch_norm", batchNorm)
            json.member("initializer", initializer.rawValue)
            json.name("initial_weights")
            if let initialWeightsHash {
                json.object { json in
                    json.member("sha256", initialWeightsHash)
                    json.member("layers", hiddenLayers.count + 1)
                }
            } else {
                json.null()
            }
        }
    }
}

extension TrainingSpecification {
    /// Writes the resolved `training` object; `more` adds what the engine does not know.
    func write(to json: inout JSONWriter, more: (inout JSONWriter) -> Void) {
        json.object { json in
            json.member("epochs", epochs)
            json.name("batch_size")
            switch batchSize {
            case .full: json.value("full")
            case .count(let count): json.value(count)
            }
            json.member("shuffle", shuffle)
            json.name("optimizer")
            optimizer.write(to: &json)
            json.member("learning_rate", learningRate)
            json.name("learning_rate_decay")
            if let learningRateDecay { learningRateDecay.write(to: &json) } else { json.null() }
            json.member("l1_lambda", l1Lambda)
            json.member("l2_lambda", l2Lambda)
            json.member("clip_norm", clipNorm)
            json.name("early_stopping")
            if let earlyStopping { earlyStopping.write(to: &json) } else { json.null() }
            json.member("time_limit_seconds", timeLimitSeconds)
            json.member("seed", seed)
            json.member("precision", precision.rawValue)
            json.member("history_every", historyEvery)
            json.member("threads", threads)
            json.member("generator", generator.rawValue)
            json.member("dropout_seed", dropoutSeed)
            json.member("dropout_mask", dropoutMask.rawValue)
            json.member("monitor", monitor.rawValue)
            json.array("stop_on") { json in stopOn.forEach { json.value($0.rawValue) } }
            more(&json)
        }
    }
}

extension OptimizerSpecification {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name.rawValue)
            switch self {
            case .sgd: break
            case .momentum(let beta): json.member("beta", beta)
            case .rmsprop(let rho, let epsilon):
                json.member("rho", rho)
                json.member("epsilon", epsilon)
            case .adam(let beta1, let beta2, let epsilon):
                json.member("beta1", beta1)
                json.member("beta2", beta2)
                json.member("epsilon", epsilon)
            case .adamw(let beta1, let beta2, let epsilon, let weightDecay):
                json.member("beta1", beta1)
                json.member("beta2", beta2)
                json.member("epsilon", epsilon)
                json.member("weight_decay", weightDecay)
            }
        }
    }
}

extension LearningRateDecay {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .step(let rate, let every):
                json.member("name", Name.step.rawValue)
                json.member("rate", rate)
                json.member("every", every)
            case .exponential(let rate):
                json.member("name", Name.exponential.rawValue)
                json.member("rate", rate)
            case .inverseTime(let rate):
                json.member("name", Name.inverseTime.rawValue)
                json.member("rate", rate)
            case .cosine(let minimum):
                json.member("name", Name.cosine.rawValue)
                json.member("minimum", minimum)
            }
        }
    }
}

extension EarlyStopping {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("monitor", monitor.rawValue)
            json.member("patience", patience)
            json.member("min_delta", minDelta)
            json.member("restore_best", restoreBest)
        }
    }
}
