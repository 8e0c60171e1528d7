//! Lowering: Python 2 AST to the VM's AST (ruff nodes) to code objects.
