"""What writing a file needs beside a library: replaced in one step, and no value that crashes."""
