"`python -m sigreg_nb` is the command `sigreg`; torchrun needs it."
from sigreg_nb.cli import main

if __name__ == "__main__": main()
