"""The use cases: everything that changes a plan or a draft goes through here, one transaction a change."""
