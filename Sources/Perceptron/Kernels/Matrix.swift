import CKernels

/// Where a matrix of numbers lies: in panels of columns as the kernels of wide layers read them, or row-major.
struct Matrix<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    let base: Values
    /// Columns of a panel, whose rows follow each other.
    let panel: Int
    /// Numbers from a row to the next.
    let rowStep: Int
    /// Numbers from a panel to the next.
    let panelStep: Int

    /// Zeros in panels.
    static func panels(
        rows: Int, columns: Int, _ kernels: Kernels<S>, _ workspace: Workspace
    ) throws(TrainingError) -> Matrix {
        let panel = kernels.panel
        // An odd number of rows: panels a power of two apart would share few sets of the cache.
        let step = (rows | 1).multipliedReportingOverflow(by: panel)
        let count = step.partialValue.multipliedReportingOverflow(by: (columns + panel - 1) / panel)
        guard !step.overflow, !count.overflow else { throw .notEnoughMemory(bytes: .max) }
        return Matrix(
            base: try workspace.take(count.partialValue), panel: panel, rowStep: panel, panelStep: step.partialValue)
    }

    /// `base` as rows of `columns` numbers without gaps.
    static func rowMajor(_ base: Values, columns: Int, _ kernels: Kernels<S>) -> Matrix {
        Matrix(base: base, panel: kernels.panel, rowStep: columns, panelStep: kernels.panel)
    }

    subscript(row: Int, column: Int) -> S {
        // A panel's width is a power of two.
        base[(column >> panel.trailingZeroBitCount) * panelStep + row * rowStep + (column & (panel - 1))]
    }

    var place: ck_matrix { ck_matrix(base: base, row_step: Int64(rowStep), panel_step: Int64(panelStep)) }
}
