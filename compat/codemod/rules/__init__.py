"""The rules, one file each; ``compat.codemod.registry`` finds them."""
